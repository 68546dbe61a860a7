"""What a migration that runs looks like from outside: rows of the state database put together for people.

Pure: nothing is asked and nothing is written. The terminal, the browser and the JSON document show the same.
"""
