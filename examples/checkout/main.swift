import GRDB
import ArgumentParser
import Hummingbird
import AsyncHTTPClient
print("x")
