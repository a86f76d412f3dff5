"""The agencies, played: a deterministic city and servers that speak each agency's wire format.

In: a seed, a scale, a span of months (`options`). Out: the files that the city, the police, the
education office and the districts drop or offer over HTTP and SFTP, the answers of their
interfaces, and a truth file that only tests read. Promises: the same options give the same
bytes; the wire formats are those of the published files and interfaces, with their quirks;
senders fail on request (`faults`, `filefaults`); product code never imports this package.

What the scale touches: records of single events (112 calls, incidents, accidents, cases,
admissions, patrols) and camera sites. Population, yearly crime figures, fatal accidents, schools
(617), zones (73), safe return routes (151), police offices (94) and ordinances (16) keep the real
city's magnitude: they are small, and rates made from them stay readable.
"""
