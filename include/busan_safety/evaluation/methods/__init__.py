"""Statistical methods of the evaluation: pure functions over numbers and arrays, no database.

Each names its source and reproduces published numbers to the printed digit in its test. A method
that the data do not support raises `Refused` with a code that can be published. What statsmodels
or scipy has is theirs; pyfixest and esda stand beside ours in the tests.
"""
