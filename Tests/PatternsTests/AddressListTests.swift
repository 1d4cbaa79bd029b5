// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns
import Testing

@Suite("Lists of addresses")
struct AddressListTests {
    private func list(_ entries: String...) throws -> AddressList {
        try AddressList(entries.map { Array($0.utf8) })
    }

    @Test(
        "an address is in the network that it belongs to",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.77/24", "192.0.2.1", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.0/255.255.255.0", "192.0.2.9", true),
            ("192.0.2.0/255.255.255.0", "192.0.3.9", false),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("192.0.2.1/32", "192.0.2.1", true),
            ("::ffff:192.0.2.0/24", "192.0.2.7", true),
            ("192.0.2.7", "::ffff:192.0.2.7", true),
            ("2001:db8::/32", "2001:DB8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", false),
            ("::1", "0:0:0:0:0:0:0:1", true),
            ("2001:db8::1/128", "2001:db8::2", false),
            ("2001:db8:0:0:1::/80", "2001:db8::1:2:3:4", true),
            ("any", "192.0.2.1", true),
            ("ANY", "::1", true),
            ("any", "host.example", false),
            ("!192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "", false),
            ("192.0.2.1", "192.0.2.1 ", false),
        ]
    )
    func contains(entry: String, address: String, isIn: Bool) throws {
        #expect(try list(entry).contains(address) == isIn)
    }

    @Test("one of several entries is enough")
    func several() throws {
        let list = try list("192.0.2.1", "198.51.100.0/24")

        #expect(list.contains("198.51.100.9"))
        #expect(!list.contains("192.0.2.9"))
        #expect(!AddressList().contains("192.0.2.9"))
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "/", "/24", "!", "localhost", "192.0.2", "192.0.2.1.1", "192.0.2.256", "192.0.2.",
            "1920.0.2.1", "192.0.2.1/33", "192.0.2.1/", "192.0.2.1/x", "192.0.2.1/255.255.255",
            "::/129", "2001:db8::/0255", "2001:db8", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:",
            ":::",
            "12345::", "::g", "1:2:3:4:5:6:7:192.0.2.1", "::192.0.2", "192.0.2.1,192.0.2.2",
            " 192.0.2.1", "1:2:3:4:5:6:7::8",
        ]
    )
    func refused(entry: String) {
        let error = #expect(throws: PatternError.self) { try list(entry) }

        #expect(error?.code == .invalidAddress)
    }

    @Test("a refusal shows the entry and how to write one")
    func message() {
        let error = #expect(throws: PatternError.self) { try list("192.0.2.1/40") }

        #expect(
            error?.message
                == "\"192.0.2.1/40\" has a mask that does not fit: write 192.0.2.1, 192.0.2.0/24, "
                + "192.0.2.0/255.255.255.0, 2001:db8::/32 or any"
        )
        #expect(error?.offset == 9)
    }

    @Test(
        "an IPv6 address has one number however it is written",
        arguments: [
            ("::", 0),
            ("::1", 1),
            ("1::", 0x0001_0000_0000_0000_0000_0000_0000_0000),
            ("2001:db8::ff00:42:8329", 0x2001_0DB8_0000_0000_0000_FF00_0042_8329),
            ("2001:0db8:0000:0000:0000:ff00:0042:8329", 0x2001_0DB8_0000_0000_0000_FF00_0042_8329),
            ("64:ff9b::192.0.2.33", 0x0064_FF9B_0000_0000_0000_0000_C000_0221),
            ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004_0005_0006_0007_0000),
        ] as [(String, UInt128)]
    )
    func ipv6(text: String, value: UInt128) {
        let address = IPAddress(text)

        #expect(address?.family == .v6)
        #expect(address?.value == value)
    }
}
