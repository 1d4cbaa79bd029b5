// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport

/// The engine that all inputs go through.
private nonisolated(unsafe) var session = FuzzSession(
    FuzzEngine.make(
        decoders: """
            <decoder name="json"><prematch>^{</prematch>
            <plugin_decoder>JSON_Decoder</plugin_decoder></decoder>
            """,
        rules: """
            <group name="x,"><rule id="1" level="3"><decoded_as>json</decoded_as>
            <description>$(a) $(b.c) $(srcip)</description></rule></group>
            """
    )
)

/// JSON events: they become fields, alerts stay whole.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    session.run(Array("{\"a\":1,".utf8) + bytes)
    session.run(bytes)
    return 0
}

@_cdecl("FuzzJSON_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
