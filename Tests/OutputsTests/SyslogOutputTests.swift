// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Outputs
import Synchronization
import Testing

@Suite("Syslog", .timeLimit(.minutes(1)))
struct SyslogOutputTests {
    private static func lines(
        _ format: SyslogMessage.Format,
        _ alerts: [OutputAlert]
    ) async throws -> [String] {
        let server = try await LineServer(greeting: "") { _ in "" }
        let target = SyslogTarget(
            host: "127.0.0.1",
            port: server.port,
            carrier: .tcp,
            format: format
        )
        let transport = Output(name: "s", kind: .syslog(target)).transport(Samples.surroundings())
        _ = try await transport.deliver(OutgoingMessage(.alerts(alerts), key: "k"))
        #expect(await eventually { server.text.utf8.count { $0 == 0x0A } >= alerts.count })
        await transport.shutdown()
        return server.text.split(separator: "\n").map(String.init)
    }

    @Test("each format is what Wazuh's csyslogd writes")
    func formats() async throws {
        let alert = try Samples.alert(1)
        #expect(
            try await Self.lines(.default, [alert]) == [
                "<132>Nov 23 12:46:15 watch ossec: Alert Level: 6; Rule: 31103 - SQL injection "
                    + "attempt.; Location: watch->docker:shop; classification: web,attack,; "
                    + "srcip: 203.0.113.9; GET /?id=1"
            ]
        )
        #expect(
            try await Self.lines(.splunk, [alert]) == [
                "<132>Nov 23 12:46:15 watch ossec: crit=6 id=31103 description=\"SQL injection "
                    + "attempt.\" component=\"watch->docker:shop\", classification=\"web,attack,\", "
                    + "src_ip=203.0.113.9, message=\"GET /?id=1\""
            ]
        )
        #expect(
            try await Self.lines(.cef, [alert]) == [
                "<132>Nov 23 12:46:15 CEF:0|Wazuh Inc.|Wazuh|v4.14.7|31103|SQL injection "
                    + "attempt.|6|dvc=watch cs1=watch->docker:shop cs1Label=Location "
                    + "cat=web,attack, src=203.0.113.9 msg=GET /?id\\=1"
            ]
        )
        #expect(
            try await Self.lines(.json, [alert]) == [
                "<132>Nov 23 12:46:15 watch ossec: "
                    + String(decoding: Samples.line(1), as: UTF8.self)
            ]
        )
    }

    @Test(
        "one alert is one line, and ends no field, whatever it holds",
        arguments: [
            "a\nb\r<13>x", "|\\|=x\" y=\"z", "\u{2028}\u{0}",
        ]
    )
    func hostile(text: String) async throws {
        for format in SyslogMessage.Format.allCases {
            let lines = try await Self.lines(format, [try Samples.hostile(text), Samples.alert(2)])
            #expect(lines.count == 2, "\(format)")
            #expect(lines.first?.hasPrefix("<132>Nov 23 12:46:15 ") == true)
        }
        let cef = try await Self.lines(.cef, [try Samples.hostile("a|b=c\\")])
        #expect(cef.first?.contains(#"|31103|a\|b=c\\|10|"#) == true)
        #expect(cef.first?.contains(#"msg=a|b\=c\\"#) == true)
    }

    @Test("a line is at most 61,440 bytes")
    func long() async throws {
        let text = String(repeating: "é", count: 50_000)
        let lines = try await Self.lines(.default, [try Samples.hostile(text)])
        #expect((lines.first?.utf8.count ?? 0) <= 61_440)
        #expect(lines.first?.hasSuffix("é") == true)
    }

    @Test("over UDP each alert is a datagram")
    func datagrams() async throws {
        let box = Received()
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        let target = SyslogTarget(host: "127.0.0.1", port: port, carrier: .udp, format: .json)
        let transport = Output(name: "s", kind: .syslog(target)).transport(Samples.surroundings())
        let alerts = try (1...3).map { try Samples.alert($0) }
        _ = try await transport.deliver(OutgoingMessage(.alerts(alerts), key: "k"))
        #expect(await eventually { box.texts.count >= 3 })
        try await channel.close()

        #expect(box.texts.allSatisfy { $0.hasPrefix("<132>Nov 23 12:46:15 watch ossec: {") })
    }

    @Test("a receiver that is away is a broken connection")
    func away() async throws {
        let target = SyslogTarget(host: "127.0.0.1", port: 1, carrier: .tcp, format: .json)
        let transport = Output(name: "s", kind: .syslog(target)).transport(Samples.surroundings())
        let error = await #expect(throws: OutputError.self) {
            _ = try await transport.deliver(
                OutgoingMessage(.alerts([try Samples.alert(1)]), key: "k")
            )
        }
        #expect(error?.code == .connection)
    }
}

private final class Received: Sendable {
    private let received = Mutex<[String]>([])

    var texts: [String] { received.withLock { $0 } }
    func add(_ text: String) { received.withLock { $0.append(text) } }
}

private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let received: Received

    init(_ received: Received) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.add(String(buffer: unwrapInboundIn(data).data))
    }
}
