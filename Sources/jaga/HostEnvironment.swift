// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import FoundationEssentials
import Glibc

/// What the process is started with.
enum HostEnvironment {
    /// The environment's variables.
    static let variables = ProcessInfo.processInfo.environment

    /// The data folder of a flag, the environment, or the user's default.
    static func data(_ flag: String?) -> DataFolder {
        DataFolder.chosen(flag: flag, environment: variables, userID: geteuid())
    }

    /// The machine's name, as alerts give it for the manager.
    static let hostname: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }()
}
