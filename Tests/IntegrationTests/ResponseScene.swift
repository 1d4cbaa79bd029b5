// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A web server in a container, and a Jaga that answers attacks on it.
final class Scene: Sendable {
    let engine: TestEngine
    let name: String
    let folder: TemporaryFolder
    let jaga: RunningJaga
    private let arguments: [String]
    private let environment: [String: String]
    /// Starts it in the engine's network.
    private let wrapper: [String]

    /// Responses are executable, seconds and mode; an alert of a rule leads to all.
    init(
        _ name: String,
        _ responses: [(executable: String, seconds: Int, mode: String)],
        options: [String] = [],
        settings: String = "",
        rules: String = "31103",
        words: String = "",
        image: String = "nginx",
        inNetwork: Bool = false
    ) throws {
        engine = try #require(TestEngine.current)
        self.name = name
        folder = try TemporaryFolder()
        engine.remove(name)
        let file = folder.path + "/ossec.conf"
        try Self.write(responses, settings, rules, folder.path, words)
        try "".write(toFile: folder.path + "/storm.log", atomically: false, encoding: .utf8)
        do {
            try Shell.expect(
                ["docker", "run", "-d", "--name", name, "-p", "8080:80"] + options + [image],
                environment: ["DOCKER_HOST": engine.host]
            )
        } catch {
            engine.remove(name)
            throw error
        }
        arguments = ["--config", file]
        environment = ["DOCKER_HOST": engine.host]
        wrapper = inNetwork ? [TestEngine.script, "exec", engine.folder, "--"] : []
        jaga = try RunningJaga(
            arguments,
            environment: environment,
            wrapper: wrapper,
            ready: "containers: connected"
        )
        try waitUntilRead()
    }

    /// Writes `ossec.conf`, at once as a whole.
    private static func write(
        _ responses: [(executable: String, seconds: Int, mode: String)],
        _ settings: String,
        _ rules: String,
        _ folder: String,
        _ words: String = ""
    ) throws {
        var text = "<ossec_config>\n<jaga><responses>\(settings)</responses></jaga>\n"
        text += "<localfile><log_format>syslog</log_format>"
        text += "<location>\(folder)/storm.log</location></localfile>\n"
        for response in responses {
            text += """
                <command><name>\(response.executable)</name>\
                <executable>\(response.executable)</executable>\
                <timeout_allowed>yes</timeout_allowed><extra_args>\(words)</extra_args></command>
                <active-response><command>\(response.executable)</command>\
                <location>local</location><rules_id>\(rules)</rules_id>\
                <timeout>\(response.seconds)</timeout><mode>\(response.mode)</mode>\
                </active-response>

                """
        }
        text += "</ossec_config>\n"
        try text.write(toFile: folder + "/ossec.conf", atomically: true, encoding: .utf8)
    }

    /// Gives other responses to the Jaga that runs, which reads them by itself.
    func replace(
        _ responses: [(executable: String, seconds: Int, mode: String)],
        settings: String = ""
    ) throws {
        try Self.write(responses, settings, "31103", folder.path)
    }

    /// Adds a line to a log file that Jaga reads.
    func log(_ line: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: folder.path + "/storm.log"))
        try file.seekToEnd()
        try file.write(contentsOf: Data((line + "\n").utf8))
        try file.close()
    }

    /// Goes on with the data of a run that has ended.
    func again() throws -> RunningJaga {
        try RunningJaga(
            arguments,
            environment: environment,
            folder: jaga.folder,
            wrapper: wrapper
        )
    }

    /// Waits until the container's log is read.
    ///
    /// It ran before Jaga did: what it says before its log is opened is past.
    private func waitUntilRead() throws {
        for number in 0..<20 {
            try attack("/not-there-\(number)")
            let seen = try? jaga.process.line(within: 1.5) { $0.contains("Web: ") }
            if seen != nil { return }
        }
    }

    /// Sends the tutorial's attack, or another.
    func attack(_ path: String = ResponseTests.attack, _ options: String...) throws {
        try Shell.expect(
            [TestEngine.script, "exec", engine.folder, "--", "curl", "-s", "-g", "-m", "5"]
                + ["--retry", "20", "--retry-connrefused", "--interface", TestEngine.client]
                + options + ["http://\(TestEngine.address):8080\(path)"]
        )
    }

    /// Waits for an alert of a rule whose line says something.
    func wait(_ rule: String, where claim: (String) -> Bool) throws {
        try jaga.process.line(within: 30) { $0.contains(" \(rule) ") && claim($0) }
    }

    /// Lays `script.sh` into the owner's folder.
    func write(script: String) throws {
        let bin = jaga.data + "/active-response/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        try script.write(toFile: bin + "/script.sh", atomically: false, encoding: .utf8)
        for path in [bin, bin + "/script.sh"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        }
    }

    func state() throws -> String {
        try engine.docker("inspect", "-f", "{{.State.Status}}", name)
    }

    func networks() throws -> String {
        let format = "{{range $n, $e := .NetworkSettings.Networks}}{{$n}}={{$e.IPAddress}} {{end}}"
        return try engine.docker("inspect", "-f", format, name)
            .trimmingCharacters(in: .whitespaces)
    }

    func aliases() throws -> String {
        let format = "{{range .NetworkSettings.Networks}}{{json .Aliases}}{{end}}"
        return try engine.docker("inspect", "-f", format, name)
    }

    func respond(_ words: String...) throws -> String {
        try Shell.expect([Binary.path, "respond"] + words + ["--data", jaga.data])
    }

    func end() { engine.remove(name) }
}

/// A machine beyond the engine's: a network namespace of its own, at 203.0.113.9 and
/// 2001:db8:9::9.
final class OutsideClient: Sendable {
    private let holder: RunningProcess
    private let pid: String

    init(_ engine: TestEngine) throws {
        let script = """
            set -e
            unshare --net sleep 120 & p=$!
            until [ "$(readlink /proc/$p/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
            ip link add jaga-out0 type veth peer name jaga-out1 netns $p
            ip addr add 203.0.113.1/24 dev jaga-out0
            sysctl -q -w net.ipv6.conf.jaga-out0.disable_ipv6=0
            ip addr add 2001:db8:9::1/64 dev jaga-out0 nodad
            ip link set jaga-out0 up
            nsenter --target $p --net sh -c 'ip addr add 203.0.113.9/24 dev jaga-out1
                ip addr add 2001:db8:9::9/64 dev jaga-out1 nodad
                ip link set jaga-out1 up; ip link set lo up'
            echo $p
            wait
            """
        holder = try RunningProcess(
            [TestEngine.script, "exec", engine.folder, "--", "sh", "-c", script]
        )
        pid = try holder.line { !$0.isEmpty }
    }

    /// The HTTP status that a request gets; `000` when it gets none.
    func status(_ path: String, at host: String = "203.0.113.1") -> String {
        let arguments = [
            "nsenter", "--target", pid, "--net", "curl", "-s", "-g", "-m", "2", "-o", "/dev/null",
            "-w", "%{http_code}", "http://\(host):8080\(path)",
        ]
        return (try? Shell.run(arguments).output) ?? ""
    }

    func end() {
        if let number = pid_t(pid) { kill(number, SIGKILL) }
        holder.terminate()
    }
}
