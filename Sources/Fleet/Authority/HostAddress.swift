// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore

/// Addresses as texts and bytes.
package enum HostAddress {
    /// Four or sixteen bytes of an address; nil for a name.
    static func bytes(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return withUnsafeBytes(of: four) { Array($0) }
        }
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        return withUnsafeBytes(of: sixteen) { Array($0) }
    }

    /// Addresses of this machine; none when the system does not tell.
    package static func own() -> [String] {
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { device in
            guard let address = device.address?.ipAddress, !address.hasPrefix("fe80") else {
                return nil
            }
            return address
        }
    }
}
