"""The words of the field as frozen models: no I/O, no clock."""
