"""How an expert sees it: the app, its screens and its widgets."""
