"""Pictures and videos: kept under the hash of their bytes, so that what was approved is sent.

Here is what asks and keeps, and loads nothing heavy; what draws is in `_workshop`, a
process of its own.
"""
