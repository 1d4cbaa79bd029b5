// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// Programs by posix_spawn(3).
///
/// Foundation's `Process` waits until a socket closes that grandchildren
/// inherit, so it never sees the end of a script that leaves a daemon behind.
enum ChildProcess {
    /// Starts `arguments[0]`, found in PATH; nil as input is `/dev/null`.
    static func spawn(
        _ arguments: [String],
        environment: [String: String],
        input: Int32?,
        output: Int32,
        errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid = pid_t()
        let failure = posix_spawnp(&pid, arguments[0], &actions, nil, &argv, &envp)
        guard failure == 0 else {
            throw NotSeen(
                process: arguments.joined(separator: " "),
                lines: [],
                errorLines: [String(cString: strerror(failure))]
            )
        }
        return pid
    }

    /// Waits for the end: the exit code, or a signal's number, negative.
    static func wait(for pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }
}

/// A pipe whose write end goes to a child.
final class ReadablePipe: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw NotSeen(process: "pipe", lines: [], errorLines: ["no descriptors left"])
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(readEnd)
    }

    /// Once the child has it.
    func closeWriteEnd() {
        close(writeEnd)
    }

    /// What comes next, waiting for it; nil when the writers are gone.
    func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(readEnd, &buffer, buffer.count)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
