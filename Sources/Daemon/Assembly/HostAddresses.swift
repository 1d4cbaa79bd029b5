// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Patterns

/// Addresses that must never be blocked: this host's own and its gateways'.
enum HostAddresses {
    /// As they are now; what cannot be read is missing.
    static func list() -> AddressList {
        var list = AddressList()
        // Each comes from the kernel, and one that is not understood protects nothing.
        for text in own() + gateways() { try? list.append(text.utf8) }
        return list
    }

    private static func own() -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        return sequence(first: first) { $0?.pointee.ifa_next }.prefix { $0 != nil }
            .compactMap { entry in
                guard let address = entry?.pointee.ifa_addr else { return nil }
                let family = Int32(address.pointee.sa_family)
                guard family == AF_INET || family == AF_INET6 else { return nil }
                let size =
                    family == AF_INET
                    ? MemoryLayout<sockaddr_in>.size
                    : MemoryLayout<sockaddr_in6>.size
                var text = [CChar](repeating: 0, count: 256)
                let flags = NI_NUMERICHOST
                guard
                    getnameinfo(
                        address,
                        socklen_t(size),
                        &text,
                        socklen_t(text.count),
                        nil,
                        0,
                        flags
                    ) == 0
                else { return nil }
                let bytes = text.prefix { $0 != 0 && $0 != 0x25 }.map { UInt8(bitPattern: $0) }
                return String(decoding: bytes, as: UTF8.self)
            }
    }

    /// Source: Linux `/proc/net/route` (addresses in the machine's order, hexadecimal) and
    /// `/proc/net/ipv6_route`.
    private static func gateways() -> [String] {
        lines("/proc/net/route").dropFirst().compactMap { line in
            let columns = line.split(separator: "\t")
            guard columns.count > 2, let number = UInt32(columns[2], radix: 16), number != 0 else {
                return nil
            }
            let bytes = withUnsafeBytes(of: number) { Array($0) }
            return bytes.map(String.init).joined(separator: ".")
        }
            + lines("/proc/net/ipv6_route").compactMap { line in
                let columns = line.split(separator: " ")
                guard columns.count > 4, columns[4].utf8.count == 32 else { return nil }
                let digits = Array(columns[4])
                guard digits.contains(where: { $0 != "0" }) else { return nil }
                return stride(from: 0, to: 32, by: 4).map { String(digits[$0..<$0 + 4]) }
                    .joined(separator: ":")
            }
    }

    private static func lines(_ path: String) -> [Substring] {
        // Without /proc nothing is known of gateways.
        guard let bytes = try? FileSystem.contents(of: path, limit: 1 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
