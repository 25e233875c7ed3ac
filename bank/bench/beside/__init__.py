"""Other ways to keep a book in Django, timed beside ours for the reader; see docs/operating."""
