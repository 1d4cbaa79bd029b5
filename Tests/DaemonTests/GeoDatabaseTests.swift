// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Outputs
import Testing

@Suite("Databases of places")
struct GeoDatabaseTests {
    @Test(
        "an address has its country and first region",
        arguments: [
            ("192.0.2.9", "DE / Saxony"), ("198.51.100.1", "FR"), ("203.0.113.1", nil),
            ("2001:db8::5", "JP / Tokyo"), ("nobody", nil), ("", nil),
        ]
    )
    func place(address: String, expected: String?) throws {
        let path = try Self.write(GeoDatabaseWriter.sample())
        let database = try GeoDatabase(path: path)

        let place = database.place(of: [UInt8](address.utf8))

        #expect(place.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(
        "a document of an index says what is known of an address, and no more",
        arguments: [
            (
                "2001:db8::5",
                #"{"country_name":"Japan","region_name":"Tokyo","city_name":"Chiyoda","#
                    + #""location":{"lat":35.5,"lon":139.75}}"#
            ),
            ("192.0.2.9", #"{"region_name":"Saxony"}"#), ("198.51.100.1", nil),
            ("203.0.113.1", nil), ("nobody", nil), ("", nil),
        ]
    )
    func location(address: String, expected: String?) throws {
        let database = try GeoDatabase(path: Self.write(GeoDatabaseWriter.sample()))
        let found = database.location(of: address)
        #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == expected)
    }

    @Test("a file that is no database is refused with its name")
    func foreign() throws {
        let path = try Self.write(Array("no database".utf8))

        let error = #expect(throws: DaemonError.self) { try GeoDatabase(path: path) }

        #expect(error?.code == .unreadableFile)
        #expect(error?.message.contains(path) == true)
    }

    @Test("a missing file is refused")
    func missing() {
        #expect(throws: DaemonError.self) { try GeoDatabase(path: "/nonexistent/places.mmdb") }
    }

    @Test("a database cut short gives no place and no crash")
    func cut() throws {
        let whole = GeoDatabaseWriter.sample()
        for count in stride(from: 0, to: whole.count, by: 7) {
            let damaged = Array(whole[..<count]) + whole.suffix(GeoDatabaseWriter.metadataCount)
            let path = try Self.write(damaged)
            if let database = try? GeoDatabase(path: path) {
                _ = database.place(of: Array("192.0.2.9".utf8))
                _ = database.place(of: Array("2001:db8::5".utf8))
            }
        }
    }

    private static func write(_ bytes: [UInt8]) throws -> String {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("places-\(UUID().uuidString).mmdb").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }
}
