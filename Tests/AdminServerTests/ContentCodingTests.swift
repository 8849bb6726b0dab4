import Testing

@testable import Sagascope

@Suite("Accept-Encoding")
struct ContentCodingTests {
    @Test(
        "gzip only for who wants it",
        arguments: [
            (nil, .identity), ("", .identity), ("gzip", .gzip), ("GZIP", .gzip), ("x-gzip", .gzip), ("*", .gzip),
            ("br, deflate", .identity), ("deflate, gzip;q=0.5", .gzip), ("gzip;q=0", .identity),
            ("gzip ; q=0.000", .identity), ("gzip;Q=0.1", .gzip), ("*;q=0", .identity), ("gzip;q=0, *", .identity),
            ("*;q=0, gzip", .gzip), ("identity, gzip;q=0.5", .identity), ("identity;q=0.5, gzip;q=0.5", .gzip),
            ("identity;q=0", .identity), ("gzip;q=", .identity), ("gzip;q=2", .identity), ("gzip;q=nan", .identity),
            (",, ;;,gzip", .gzip), ("gzip;level=9", .gzip), ("\tgzip\t", .gzip),
        ] as [(String?, ContentCoding)])
    func negotiation(header: String?, expected: ContentCoding) {
        #expect(ContentCoding(acceptEncoding: header) == expected)
    }
}
