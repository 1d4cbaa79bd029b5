// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A program that was started, in a process group of its own, with its
/// standard output to be read.
///
/// Not `Sendable`: it belongs to the thread that reads.
final class ChildProcess {
    /// What the program's standard error is.
    enum ErrorOutput {
        /// Thrown away.
        case none
        /// Read with the standard output.
        case joined
    }

    /// How it ended.
    enum Ending: Equatable {
        case status(Int32)
        case signal(Int32)
    }

    /// Its output, to be read without blocking.
    let output: Int32
    private let identifier: pid_t
    private var isReaped = false

    /// Starts the program that the first argument names, as `PATH` finds it.
    ///
    /// - Throws: ``CollectorError`` `command-failed`.
    init(
        _ arguments: [String],
        environment: [String: String],
        errorOutput: ErrorOutput
    ) throws {
        (identifier, output) = try Self.spawning.withLock { _ in
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw Self.failure(arguments, errno) }
            // Neither fails on a descriptor that was just made.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
            var child = pid_t()
            let failure = Self.spawn(arguments, environment, errorOutput, ends[1], &child)
            close(ends[1])
            guard failure == 0 else {
                close(ends[0])
                throw Self.failure(arguments, failure)
            }
            return (child, ends[0])
        }
    }

    /// One at a time: between a pipe's making and its marking, another child
    /// would get it as well, and hold it open.
    private static let spawning = Mutex(())

    deinit {
        end()
        close(output)
    }

    /// Whether it has ended by itself; what it started may go on.
    var hasExited: Bool {
        if isReaped { return true }
        var state = siginfo_t()
        let flags = WEXITED | WNOHANG | WNOWAIT
        return waitid(P_PID, id_t(identifier), &state, flags) != 0 || state.si_signo == SIGCHLD
    }

    /// Ends the program and all that it started and that is still in its group;
    /// how it ended, nil when that is not known any more.
    @discardableResult
    func end() -> Ending? {
        guard !isReaped else { return nil }
        // Before it is waited for: until then nothing else can have its number.
        kill(-identifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        isReaped = true
        let signal = status & 0x7F
        return signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
    }

    private static func spawn(
        _ arguments: [String],
        _ environment: [String: String],
        _ errorOutput: ErrorOutput,
        _ output: Int32,
        _ child: inout pid_t
    ) -> Int32 {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
        switch errorOutput {
        case .none:
            posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        case .joined: posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        let words = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        guard let program = arguments.first else { return EINVAL }
        return posix_spawnp(&child, program, &files, &attributes, words, variables)
    }

    private static func failure(_ arguments: [String], _ number: Int32) -> CollectorError {
        CollectorError(
            .commandFailed,
            "cannot start \(arguments.first ?? ""): \(SystemCall.reason(number))"
        )
    }
}
