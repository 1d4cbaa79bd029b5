// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Word to systemd: that the service is ready, and that it lives.
///
/// Source: sd_notify(3), systemd.service(5) `WatchdogSec=`.
package struct ServiceManager: Sendable {
    private let socket: String
    private let watchdog: Duration?

    /// Nil when nobody wants to be told: `NOTIFY_SOCKET` is not set.
    package init?(environment: [String: String]) {
        guard let socket = environment["NOTIFY_SOCKET"], socket.utf8.count > 1,
            socket.utf8.count < 107, socket.hasPrefix("/") || socket.hasPrefix("@")
        else { return nil }
        self.socket = socket
        watchdog = environment["WATCHDOG_USEC"].flatMap(Int64.init).map { .microseconds($0) }
    }

    /// The service works.
    package func ready() { send("READY=1") }

    /// Says that the service lives, twice as often as it must, until the task is cancelled;
    /// at once over when nobody watches.
    ///
    /// Told from a task: a process whose tasks do not run any more is started anew.
    package func watch() async {
        guard let watchdog else { return }
        while !Task.isCancelled {
            send("WATCHDOG=1")
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: watchdog / 2)
        }
    }

    /// Who does not take it in time will not be told.
    private func send(_ text: String) {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | 0o2000000, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socket.utf8)
        if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bytes = Array(text.utf8)
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), address, length)
            }
        }
    }
}
