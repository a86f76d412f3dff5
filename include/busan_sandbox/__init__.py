"""The agencies, played: a deterministic city and servers that speak each agency's wire format.

In: a seed, a scale, a span of months (`options`). Out: the file drops of the city, the police and
the districts, the answers of four HTTP interfaces, and a truth file that only tests read.
Promises: the same options give the same bytes; the wire formats are those of the published
files and interfaces, with their quirks; product code never imports this package.

What the scale touches: 112 calls and camera sites. Population, yearly crime figures, fatal
accidents, schools (617) and safe return routes (151) keep the real city's magnitude: they are
small, and rates made from them stay readable.
"""
