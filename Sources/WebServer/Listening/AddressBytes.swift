// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An internet address as bytes.
enum AddressBytes {
    /// Four bytes of IPv4 or sixteen of IPv6; nil for what is no address.
    static func of(_ text: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, text, &sixteen) == 1 ? sixteen : nil
    }
}
