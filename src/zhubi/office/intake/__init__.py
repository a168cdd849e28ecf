"""What comes in from spreadsheets and folders."""
