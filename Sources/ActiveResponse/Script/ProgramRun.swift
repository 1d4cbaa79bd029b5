// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A program that runs: started without a shell, in a process group of its own,
/// spoken to line by line.
///
/// Not `Sendable`: it belongs to the thread that started it. Whatever it left
/// running ends with it.
final class ProgramRun {
    private let identifier: pid_t
    private var input: Int32
    private let output: Int32
    private var pending: [UInt8] = []
    private var status: Int32?
    private let deadline: Int64
    private let name: String

    /// Bytes of output that are kept of what nobody reads line by line.
    private static let outputLimit = 64 << 10
    private static let variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "LC_ALL=C"]

    /// Starts the program at a path; after `seconds` it is ended, whatever it does.
    ///
    /// - Throws: ``ResponseError`` `program`.
    init(_ arguments: [String], folder: String, seconds: Int64) throws {
        name = arguments.first ?? ""
        deadline = Self.uptime() &+ seconds * 1_000_000_000
        // A program that reads nothing must not end this one. The thread is the run's own.
        var pipeSignal = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
        (identifier, input, output) = try Self.spawn(arguments, folder)
    }

    deinit {
        end()
        closeInput()
        close(output)
    }

    /// Gives it bytes.
    ///
    /// - Throws: ``ResponseError`` `program` when it does not take them in time.
    func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(input, buffer.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count > 0 {
                done += count
            } else if errno == EAGAIN {
                guard wait(input, Int16(POLLOUT)) else { throw late }
            } else if errno != EINTR {
                // It reads no more: how it ends says whether that is well.
                return
            }
        }
    }

    /// It gets no more.
    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Its next line without the end; nil when it says no more.
    ///
    /// - Throws: ``ResponseError`` `program` when it takes too long, or the line is
    ///   longer than 64 KiB.
    func readLine() throws -> [UInt8]? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(pending[..<end])
                pending.removeSubrange(...end)
                return line
            }
            guard pending.count <= Self.outputLimit else {
                throw ResponseError(.program, "\(name) wrote a line of more than 64 KiB")
            }
            guard let bytes = try read() else {
                defer { pending = [] }
                return pending.isEmpty ? nil : pending
            }
            pending += bytes
        }
    }

    /// Waits for its end, and gives what it wrote meanwhile, cut at 64 KiB.
    ///
    /// - Throws: ``ResponseError`` `program` when it fails or takes too long.
    func finish() throws -> [UInt8] {
        closeInput()
        while let bytes = try read() {
            if pending.count < Self.outputLimit { pending += bytes }
        }
        while !hasExited {
            guard Self.uptime() < deadline else { throw late }
            usleep(5_000)
        }
        end()
        let code = status ?? 0
        guard code == 0 else {
            let words = String(decoding: pending.prefix(300), as: UTF8.self)
            let line = words.split(whereSeparator: \.isNewline).first.map { ": \($0)" } ?? ""
            let how =
                code & 0x7F == 0
                ? "ended with status \(code >> 8 & 0xFF)" : "was ended by signal \(code & 0x7F)"
            throw ResponseError(.program, "\(name) \(how)\(line)")
        }
        return pending
    }

    /// What is there, when something is; nil at the end of its output, also when
    /// only what it left behind holds that open.
    private func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(output, &buffer, buffer.count)
            if count > 0 { return Array(buffer[..<count]) }
            if count == 0 { return nil }
            if errno == EINTR { continue }
            guard errno == EAGAIN else { return nil }
            if wait(output, Int16(POLLIN), milliseconds: 50) { continue }
            if hasExited { return nil }
            guard Self.uptime() < deadline else { throw late }
        }
    }

    private var late: ResponseError {
        ResponseError(.program, "\(name) took too long and was ended")
    }

    /// Whether the descriptor is ready before the deadline, or the given time.
    private func wait(_ descriptor: Int32, _ events: Int16, milliseconds: Int32? = nil) -> Bool {
        var polled = pollfd(fd: descriptor, events: events, revents: 0)
        let left = Int32(clamping: max(0, deadline - Self.uptime()) / 1_000_000)
        return poll(&polled, 1, min(left, milliseconds ?? left)) > 0
    }

    private var hasExited: Bool {
        if status != nil { return true }
        var state = siginfo_t()
        return waitid(P_PID, id_t(identifier), &state, WEXITED | WNOHANG | WNOWAIT) != 0
            || state.si_signo == SIGCHLD
    }

    private func end() {
        guard status == nil else { return }
        // Before it is waited for: until then nothing else can have its number.
        kill(-identifier, SIGKILL)
        var code: Int32 = 0
        while waitpid(identifier, &code, 0) < 0, errno == EINTR {}
        status = code
    }

    private static func uptime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static func spawn(_ arguments: [String], _ folder: String) throws -> (
        pid_t, Int32, Int32
    ) {
        var (toChild, fromChild): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard let program = arguments.first, jaga_pipe(&toChild) == 0 else {
            throw failure(arguments, errno)
        }
        guard jaga_pipe(&fromChild) == 0 else {
            let number = errno
            for end in toChild { close(end) }
            throw failure(arguments, number)
        }
        _ = fcntl(toChild[1], F_SETFL, O_NONBLOCK)
        _ = fcntl(fromChild[0], F_SETFL, O_NONBLOCK)
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&files, fromChild[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, fromChild[1], STDERR_FILENO)
        jaga_spawn_in(&files, folder)
        var attributes = Self.attributes()
        defer { posix_spawnattr_destroy(&attributes) }
        let words = arguments.map { strdup($0) } + [nil]
        let environment = variables.map { strdup($0) } + [nil]
        defer { for text in words + environment { free(text) } }
        var child = pid_t()
        let number = posix_spawn(&child, program, &files, &attributes, words, environment)
        close(toChild[0])
        close(fromChild[1])
        guard number == 0 else {
            close(toChild[1])
            close(fromChild[0])
            throw failure(arguments, number)
        }
        return (child, toChild[1], fromChild[0])
    }

    /// A process group of its own, and no signal blocked or ignored.
    private static func attributes() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setpgroup(&attributes, 0)
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    private static func failure(_ arguments: [String], _ number: Int32) -> ResponseError {
        let reason = String(cString: strerror(number)).lowercased()
        return ResponseError(.program, "cannot start \(arguments.first ?? ""): \(reason)")
    }
}
