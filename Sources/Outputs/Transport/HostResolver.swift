// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Addresses of names, from the system.
enum HostResolver {
    /// The addresses of a name, in the system's order; an address is its own; it may block.
    ///
    /// - Throws: ``OutputError`` `address`.
    static func addresses(of host: String) throws -> [String] {
        if InternalAddress.isAddress(host) { return [host] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = String(cString: gai_strerror(code)).lowercased()
            throw OutputError(.address, "cannot resolve \(host.prefix(253)): \(reason)")
        }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var entry = list
        while let current = entry {
            var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let result = getnameinfo(
                current.pointee.ai_addr,
                current.pointee.ai_addrlen,
                &buffer,
                socklen_t(buffer.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            if result == 0 {
                let text = String(
                    decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                    as: UTF8.self
                )
                if !found.contains(text) { found.append(text) }
            }
            entry = current.pointee.ai_next
        }
        return found
    }
}
