"""The app's words in Chinese and English."""
