"""Places from which signals are pulled. Plain Python: no framework, no database, no clock."""
