"""The stores of a Meltano project: added, checked, synced, watched."""
