import Testing

@testable import TaskInspection

/// Names as compilers made them, debug and release.
struct FunctionNameTests {
    struct Case: CustomTestStringConvertible {
        let symbol: String
        let text: String
        var isSystem = false
        var testDescription: String { text }
    }

    @Test(arguments: [
        Case(symbol: "$s2pr4BankC3payyS2iYaF", text: "pr.Bank.pay(_:)"),
        Case(symbol: "$s2pr4BankC3payyS2iYaFTQ1_", text: "pr.Bank.pay(_:)"),
        Case(symbol: "$s2pr4BankC3payyS2iYaFTY0_", text: "pr.Bank.pay(_:)"),
        Case(symbol: "$s2pr4BankC7balanceSivgTQ1_", text: "pr.Bank.balance.getter"),
        Case(symbol: "$s2pd3BoxV4wait_3forxSi_SStYaKF", text: "pd.Box.wait(_:for:)"),
        Case(symbol: "$s2pd4HoldC6sharedACvgZ", text: "pd.Hold.shared.getter"),
        Case(symbol: "$s2pd1QVACyYacfC", text: "pd.Q.init()"),
        Case(symbol: "$s2pd1QVyS2icig", text: "pd.Q.subscript.getter"),
        // Specialized, dead parameters removed.
        Case(symbol: "$s2pr1MV4mainyyYaKFZTf4d_nTQ25_", text: "pr.M.main()"),
        Case(symbol: "$s2pr3BoxV4wait_3forxSi_SStYaKFSi_Tg5", text: "pr.Box.wait(_:for:)"),
        Case(symbol: "$sSa2prAA1PRzlE3allyyYaKFAA1QV_Tg5", text: "pr.Array.all()"),
        Case(
            symbol: "$s7NIOCore10ByteBufferV8NIOPosixE23withMutableWritePointer4bodyAD8IOResultOySiGAISwKXE_tKF",
            text: "NIOPosix.ByteBuffer.withMutableWritePointer(body:)"),
        Case(symbol: "$s2pd4BankC1poiySiAC_SitYaFZ", text: "pd.Bank.+(_:_:)"),
        // Private, in a file that the mangling names.
        Case(
            symbol: "$s13SagaTelemetry11SeriesTableV3add33_4C5C7FB5C0430DB86A0E8554931C6B0CLLySixF",
            text: "SagaTelemetry.SeriesTable.add(_:)"),
        Case(
            symbol: "$s13SagaTelemetry10TraceStateV6MemberVyAESgs10ArraySliceVys5UInt8VGc33_"
                + "C9A177F7C73B91CEF11D48AE2F051AA2LlfC",
            text: "SagaTelemetry.TraceState.Member.init(_:)"),
        // Closures, async let, local functions and types.
        Case(symbol: "$s2pr1MV4mainyyYaKFZSiyYaKcfU1_TQ1_", text: "closure #3 in pr.M.main()"),
        Case(symbol: "$s2pr1MV4mainyyYaKFZSiyYaYbKcfu0_TQ1_", text: "implicit closure #2 in pr.M.main()"),
        Case(
            symbol: "$s2pd1MV4mainyyYaKFZyScgySis5Error_pGzYaKXEfU2_SiyYaKcfU0_SiyYaYbXEfU_",
            text: "closure #1 in closure #2 in closure #4 in pd.M.main()"),
        Case(symbol: "$s2pr1MV4mainyyYaKFZ5localL_yySSYaFTQ1_", text: "local(_:) in pr.M.main()"),
        Case(
            symbol:
                "$s24SagaInstrumentationTests012TransparencyC0V20anActorStaysOnItselfyyYaKF7AccountL_C7deposityyYaF",
            text: "deposit() in Account in SagaInstrumentationTests.TransparencyTests.anActorStaysOnItself()"),
        Case(
            symbol:
                "$s7NIOCore15EventLoopFutureC08foldWithbC0_4withACyxGSayACyqd__GG_AFx_qd__AA0bC0_ptctlF5fold0L_05event"
                + "C0AfaI_p_tYbs8SendableRzsALRd__r__lF",
            text: "fold0(eventLoop:) in NIOCore.EventLoopFuture.foldWithEventLoop(_:with:)"),
    ])
    func names(_ named: Case) {
        let name = FunctionName(symbol: named.symbol)
        #expect(name.text == named.text)
        // Our own functions stand around a user's and are none of them.
        #expect(name.isSystem == named.text.contains("SagaTelemetry."))
    }

    @Test(arguments: [
        Case(
            symbol: "$ss5ClockPsE5sleep3for9tolerancey8DurationQz_AGSgtYaKFs010ContinuousA0V_Tg5",
            text: "Swift.Clock.sleep(for:tolerance:)"),
        Case(
            symbol: "$ss22withUnsafeContinuation9isolation_xScA_pSgYi_ySccyxs5NeverOGXEtYalFyt_Tg5",
            text: "Swift.withUnsafeContinuation(isolation:_:)"),
        // Between a call and a function of the program: nobody's frame.
        Case(symbol: "$s2pd1QVAA1PA2aDP3runyS2iYaKFTW", text: "thunk for pd.P.run(_:)"),
        Case(
            symbol: "$s2pd1MV4mainyyYaKFZyScgySis5Error_pGzYaKXEfU2_SiyYaKcfU0_SiyYaYbXEfU_TA",
            text: "thunk for closure #1 in closure #2 in closure #4 in pd.M.main()"),
        Case(symbol: "$sIetH_yts5Error_pIegHrzo_TR10async_MainTf3npf_n", text: "thunk for reabstraction"),
        Case(
            symbol: "_ZL31task_future_wait_resume_adapterPN5swift12AsyncContextE",
            text: "task_future_wait_resume_adapter"),
        Case(symbol: "_ZL12completeTaskPN5swift12AsyncContextEPNS_10SwiftErrorE", text: "completeTask"),
        Case(symbol: "swift_task_switch", text: "swift_task_switch"),
        Case(symbol: "async_MainTQ0_", text: "async_Main"),
    ])
    func knowsTheSystems(_ named: Case) {
        let name = FunctionName(symbol: named.symbol)
        #expect(name.text == named.text)
        #expect(name.isSystem)
    }

    @Test(arguments: [
        ("$s2pr4tinyyyYaF", true), ("$s2pr1MV4mainyyYaKFZSiyYaKcfU1_TQ1_", true),
        ("$s2pd4HoldC6sharedACvgZ", false), ("$s2pd3BoxV1vACyxGx_tcfC", false),
        // A closure that cannot suspend, in a function that can.
        ("$s2pd4tinyyyYaFySccyyts5NeverOGXEfU_", false),
    ])
    func knowsWhatSuspends(_ symbol: String, isAsync: Bool) {
        #expect(FunctionName(symbol: symbol).isAsync == isAsync)
    }

    @Test(arguments: [
        "", "(", "(1) ", "closure #", "closure #1 in ", "(extension in ", "(extension in A):", "a.(b in _", "a #1",
        "a<b", "a(b",
        "generic specialization <", "static ", ".", "a.", "default argument ", "protocol witness for ", "->",
        "a.> infix",
    ])
    func readsWhateverThereIs(_ text: String) {
        // Must end, and must not trap.
        _ = FunctionName(demangled: text)
    }

    @Test func aNameOfCStaysAsItIs() {
        #expect(FunctionName(symbol: "shop_charge") == FunctionName("shop_charge", isSystem: false))
    }
}
