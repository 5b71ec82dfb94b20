"""What pare's output must be, calculated a second time: plain Python, standard library, one short script per export.

Nothing here reads a policy. Each script states a policy's intent as code of its own, from DESIGN and the standards
(RFC 5869, RFC 2104, RFC 4648, ISO 8601), so that a misunderstanding in the program is not repeated here.
"""
