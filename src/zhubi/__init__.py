"""朱笔 Zhubi: expert review of government science-and-technology projects, in a terminal."""

__version__ = "0.1.0"
