// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The address of this host, as `$(host_ip)` says it.
package enum HostAddress {
    /// The first address of a network that is up and not the host's own, IPv4
    /// before IPv6; empty when there is none.
    package static func text() -> String {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return "" }
        defer { freeifaddrs(list) }
        var found = ["", ""]
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            let flags = Int(entry.ifa_flags)
            guard let address = entry.ifa_addr, flags & Int(IFF_UP) != 0,
                flags & Int(IFF_LOOPBACK) == 0
            else { continue }
            let family = Int32(address.pointee.sa_family)
            guard family == AF_INET || family == AF_INET6 else { continue }
            let index = family == AF_INET ? 0 : 1
            if found[index].isEmpty { found[index] = text(address, family) }
        }
        return found[0].isEmpty ? found[1] : found[0]
    }

    private static func text(_ address: UnsafeMutablePointer<sockaddr>, _ family: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let length =
            family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        let failure = getnameinfo(
            address,
            socklen_t(length),
            &buffer,
            socklen_t(buffer.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard failure == 0 else { return "" }
        let text = buffer.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: "%")) }
        return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
