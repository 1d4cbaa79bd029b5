// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The records of a pax header that matter here: `LENGTH KEY=VALUE\n`.
///
/// Source: POSIX.1-2017, pax, "pax Extended Header".
struct PaxRecords {
    var path: [UInt8]?
    var link: [UInt8]?
    var size: Int?

    init() {}

    /// - Throws: ``VulnerabilityError`` `damaged-archive`.
    init(_ bytes: [UInt8]) throws(VulnerabilityError) {
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            let digits = rest.prefix(while: \.isDigit)
            let damaged = TarHeader.damaged("an extended header's record has no length")
            guard digits.count < 8, let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 1, length <= rest.count
            else { throw damaged }
            let record = rest.prefix(length)
            rest = rest.dropFirst(length)
            guard record.last == UInt8(ascii: "\n"),
                let equals = record.firstIndex(of: UInt8(ascii: "=")),
                equals > digits.endIndex
            else { throw damaged }
            let key = record[(digits.endIndex + 1)..<equals]
            take(key, record[(equals + 1)...].dropLast())
        }
    }

    private mutating func take(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        switch String(decoding: key, as: UTF8.self) {
        case "path", "GNU.sparse.name": path = Array(value)
        case "linkpath": link = Array(value)
        case "size": size = Int(String(decoding: value, as: UTF8.self)) ?? -1
        default: break
        }
    }
}
