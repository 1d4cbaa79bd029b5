// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The folder of the owner's scripts, `DATA/active-response/bin`.
package struct ScriptFolder: Sendable {
    /// What a script's working folder is: Wazuh's install root.
    ///
    /// An absolute path: from that folder a relative one would lead elsewhere.
    package let root: String

    private let place: String

    package init(root: String) {
        self.init(root: root, relative: Self.relative)
    }

    init(root: String, relative: String) {
        self.root = Self.absolute(root)
        place = relative
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return String(cString: here) + "/" + path
    }

    /// Below ``root``, as scripts are told it.
    static let relative = "active-response/bin"

    var path: String { root + "/" + place }

    /// Whether there is a file of that name at all.
    package func has(_ name: String) -> Bool {
        var status = jaga_file_status()
        return Self.isName(name) && jaga_link_status_at(path + "/" + name, &status) == 0
    }

    /// The path of a script that is safe to run: a regular file that only root or
    /// Jaga's own user can change, in a folder of which the same holds.
    ///
    /// - Throws: ``ResponseError`` `script`, with what to mend.
    package func script(_ name: String) throws -> String {
        guard Self.isName(name) else {
            throw ResponseError(.script, "\(name) is no name of a script: give a file of \(path)")
        }
        let script = path + "/" + name
        for (place, isFolder) in [(path, true), (script, false)] {
            var status = jaga_file_status()
            guard jaga_link_status_at(place, &status) == 0 else {
                let reason = String(cString: strerror(errno)).lowercased()
                throw ResponseError(.script, "cannot use \(place): \(reason)")
            }
            guard isFolder ? status.is_folder : status.is_regular_file else {
                let kind = isFolder ? "folder" : "regular file"
                throw ResponseError(.script, "\(place) is no \(kind), and is not run")
            }
            guard status.owner == 0 || status.owner == geteuid() else {
                throw ResponseError(
                    .script,
                    "\(place) belongs to another user: make it root's, or that of Jaga's user"
                )
            }
            guard status.mode & 0o022 == 0 else {
                throw ResponseError(
                    .script,
                    "\(place) can be changed by others: take the right from them (chmod go-w)"
                )
            }
        }
        guard access(script, X_OK) == 0 else {
            throw ResponseError(.script, "\(script) is not executable (chmod u+x)")
        }
        return script
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && !name.hasPrefix(".")
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    }
}
