// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Says where an address is; who makes it owns the database.
package struct AddressPlaces: Sendable {
    /// The place of an IPv4 or IPv6 address in text form, such as `DE / Saxony` or
    /// `DE` where no region is known; nil for an address that it does not know.
    ///
    /// Called once for many events with the same address; the answer may not
    /// change.
    package let place: @Sendable (_ address: [UInt8]) -> [UInt8]?

    package init(_ place: @escaping @Sendable (_ address: [UInt8]) -> [UInt8]?) {
        self.place = place
    }
}
