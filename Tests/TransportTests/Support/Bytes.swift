// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// The bytes of hexadecimal text; blanks and line ends are left out.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue).map(UInt8.init)
        self = stride(from: 0, to: digits.count - 1, by: 2).map {
            digits[$0] << 4 | digits[$0 + 1]
        }
    }

    var hex: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    var text: String { String(decoding: self, as: UTF8.self) }
}

extension ArraySlice<UInt8> {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
    var slice: ArraySlice<UInt8> { Array(utf8)[...] }
}
