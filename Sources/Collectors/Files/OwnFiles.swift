// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files that Jaga itself writes: to read them would make events of events.
package struct OwnFiles: Sendable, Equatable {
    private let folders: [FilePath]
    /// Where standard output and error go, when that is a file.
    private let outputs: [FileIdentity]

    /// All below `folder` is Jaga's own, and what this process writes its
    /// messages to.
    package init(folder: String) {
        let path = FilePath(folder)
        folders = [path] + (path.resolved.map { $0 == path ? [] : [$0] } ?? [])
        outputs = [STDOUT_FILENO, STDERR_FILENO].compactMap { descriptor in
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return nil
            }
            return FileIdentity(status)
        }
    }

    /// Why a file is not read; nil when it is no file of Jaga's.
    func refusal(of path: FilePath) -> String? {
        for candidate in [path, path.resolved ?? path] {
            for folder in folders
            where candidate.bytes.starts(with: folder.bytes + [UInt8(ascii: "/")]) {
                return "not read: it lies in Jaga's own data folder"
            }
        }
        guard !outputs.isEmpty, let identity = FileIdentity(at: path), outputs.contains(identity)
        else { return nil }
        return "not read: Jaga writes its own messages to it"
    }
}
