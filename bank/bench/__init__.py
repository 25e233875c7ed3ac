"""Benchmarks: how far Skarb is from PostgreSQL's own limits, on the same server in the same run.

`manage.py bench` (house.py) makes a throw-away bank with the settings of production, fsync
included, and runs each section (sections.py) in a process and a database of its own. Nothing here
is part of the bank, and nothing of a bank is touched.
"""
