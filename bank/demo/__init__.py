"""A made-up bank for people to look at: its founding, its days of business, and its report.

Everything goes through the same operations as at a real bank; nothing here knows a shortcut.
"""
