// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Testing

@Suite("Places of addresses")
struct PlaceTests {
    private static let places = AddressPlaces { address in
        switch String(decoding: address, as: UTF8.self) {
        case "192.0.2.1": Array("DE / Saxony".utf8)
        case "192.0.2.2": Array("DE / Bavaria".utf8)
        case "2001:db8::1": Array("FR".utf8)
        default: nil
        }
    }

    @Test(
        "srcgeoip looks at the place of the source address",
        arguments: [
            ("192.0.2.1", "100001"), ("192.0.2.2", "100002"), ("2001:db8::1", "-"),
            ("198.51.100.1", "-"), ("nobody", "-"),
        ]
    )
    func source(address: String, expected: String) throws {
        var fixture = try Fixture(
            rules: rule(100_001, #"<srcgeoip type="osregex">^de / \w+ony$</srcgeoip>"#)
                + rule(100_002, #"<srcgeoip>^DE</srcgeoip>"#, level: 2),
            places: Self.places
        )

        let rules = fixture.rules(of: [
            "Feb  1 10:00:00 h app: login ann \(address)"
        ])

        #expect(rules == expected)
    }

    @Test(
        "a negated place wants a known one",
        arguments: [("192.0.2.1", "-"), ("2001:db8::1", "100001"), ("198.51.100.1", "-")]
    )
    func negated(address: String, expected: String) throws {
        var fixture = try Fixture(
            rules: rule(100_001, #"<srcgeoip negate="yes">^DE</srcgeoip>"#),
            places: Self.places
        )

        #expect(fixture.rules(of: ["Feb  1 10:00:00 h app: login ann \(address)"]) == expected)
    }

    @Test("dstgeoip looks at the place of the destination")
    func destination() throws {
        var fixture = try Fixture(
            rules: rule(100_001, "<dstgeoip>FR</dstgeoip>"),
            places: Self.places
        )

        #expect(fixture.rules(of: [#"{"dstip":"2001:db8::1"}"#]) == "100001")
        #expect(fixture.rules(of: [#"{"srcip":"2001:db8::1"}"#]) == "-")
    }

    @Test("without a database no event has a place")
    func withoutDatabase() throws {
        var fixture = try Fixture(rules: rule(100_001, "<srcgeoip>DE</srcgeoip>"))

        #expect(fixture.rules(of: ["Feb  1 10:00:00 h app: login ann 192.0.2.1"]) == "-")
    }

    @Test("same_srcgeoip counts events from one place, different_srcgeoip from others")
    func correlation() throws {
        let base = rule(100_001, "<action>login</action>")
        let same = rule(
            100_002,
            "<if_matched_sid>100001</if_matched_sid><same_srcgeoip />",
            level: 7,
            more: #"frequency="3" timeframe="60""#
        )
        let different = rule(
            100_003,
            "<if_matched_sid>100001</if_matched_sid><different_srcgeoip />",
            level: 6,
            more: #"frequency="2" timeframe="60""#
        )
        var fixture = try Fixture(rules: base + same + different, places: Self.places)

        let rules = fixture.rules(of: [
            "Feb  1 10:00:00 h app: login ann 192.0.2.1",
            "Feb  1 10:00:00 h app: login ann 192.0.2.1",
            "Feb  1 10:00:00 h app: login ann 192.0.2.2",
            "Feb  1 10:00:00 h app: login ann 192.0.2.1",
        ])

        #expect(rules == "100001 100001 100003 100002")
    }
}
