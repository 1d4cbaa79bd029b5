// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where the outside test data lies, if it is on this machine.
///
/// `JAGA_TESTDATA` names the folder; without it, `../shared/testdata` beside
/// the checkout is tried. The product never needs it.
package enum TestData {
    /// The folder of test data, or nil when it is not on this machine.
    package static let folder: String? = {
        if let named = environment("JAGA_TESTDATA") { return named }
        let beside = checkout + "/../shared/testdata"
        return access(beside, R_OK) == 0 ? beside : nil
    }()

    /// Said by every test that is disabled because the data is missing.
    package static let absence: String =
        "test data not found: set JAGA_TESTDATA or lay it in ../shared/testdata"

    /// The root folder of this checkout.
    package static let checkout: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    /// The bytes of a file below ``folder``; nil when folder or file is missing.
    package static func bytes(_ name: String) -> [UInt8]? {
        guard let folder else { return nil }
        return fileBytes(folder + "/" + name)
    }

    /// The bytes of any file; nil when it cannot be read.
    package static func fileBytes(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count == 0 ? content : nil }
            content += buffer[..<count]
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
