"""Reading a publication: its feeds (`feed`) and its article pages (`page`).

Both take bytes and give frozen values; neither knows the network. What they
read is written by strangers, so nothing in it is trusted to be well formed.
"""

#: What is read at most of one feed or page; more is refused.
MAX_BYTES = 5_000_000
