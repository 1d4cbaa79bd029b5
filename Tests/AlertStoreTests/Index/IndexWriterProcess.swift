// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A process that writes alerts and indexes them until it is killed: the program
/// IndexWriter beside this test's.
struct IndexWriterProcess {
    /// Where it lies; nil when it was not built.
    static let program: String? = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        // The tests run inside the package's test bundle or from the toolchain's helper.
        for folder in CommandLine.arguments.map({ folderOf($0) })
            + [folderOf(String(decoding: buffer[..<count], as: UTF8.self))]
        {
            let path = folder + "/IndexWriter"
            if access(path, X_OK) == 0 { return path }
        }
        return nil
    }()

    private let process: pid_t

    init(folder: String, first: Int) throws {
        guard let program = Self.program else {
            throw AlertStoreTestFailure("the program IndexWriter is not beside the tests")
        }
        var words: [UnsafeMutablePointer<CChar>?] = []
        for word in [program, folder, String(first)] { words.append(strdup(word)) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        var variables: [UnsafeMutablePointer<CChar>?] = [nil]
        let failure = posix_spawn(&process, program, nil, nil, &words, &variables)
        guard failure == 0 else {
            throw AlertStoreTestFailure("cannot start \(program): \(failure)")
        }
        self.process = process
    }

    /// Ends it at once.
    ///
    /// - Returns: The signal that it ended by; 0 when it had ended by itself.
    func kill() -> Int32 {
        Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F
    }

    private static func folderOf(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
