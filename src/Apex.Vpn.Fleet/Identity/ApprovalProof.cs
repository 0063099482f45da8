namespace Apex.Vpn.Fleet.Identity;

/// <summary>Lets nodes in by a person's word, or because the control plane itself told them to reboot. Safe from any thread.</summary>
/// <remarks>One desk for each control plane, on the replica that leads: where it is lost, nodes wait again and lose nothing else.</remarks>
public sealed class ApprovalProof : IEnrolmentProof
{
    private readonly Lock _lock = new();
    private readonly EnrolmentDesk _desk = new();
    private readonly TimeProvider _time;

    /// <summary>An empty desk.</summary>
    /// <param name="time">The clock.</param>
    public ApprovalProof(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
    }

    /// <inheritdoc/>
    public string Kind => "approval";

    /// <inheritdoc/>
    public ValueTask<EnrolmentDecision> DecideAsync(
        EnrolmentRequest request, ReadOnlyMemory<byte> evidence, ulong source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            EnrolmentState state = _desk.Ask(request, source, now);
            if (state == EnrolmentState.Approved && _desk.TryCollect(request, now, out Guid node))
                return new(new EnrolmentDecision(state, node));
            return new(new EnrolmentDecision(state, Guid.Empty));
        }
    }

    /// <inheritdoc cref="EnrolmentDesk.TryApprove"/>
    public bool TryApprove(EnrolmentFingerprint fingerprint, Guid node)
    {
        lock (_lock) return _desk.TryApprove(fingerprint, node, _time.GetUtcNow());
    }

    /// <inheritdoc cref="EnrolmentDesk.TryRefuse"/>
    public bool TryRefuse(EnrolmentFingerprint fingerprint)
    {
        lock (_lock) return _desk.TryRefuse(fingerprint, _time.GetUtcNow());
    }

    /// <inheritdoc cref="EnrolmentDesk.TryExpectReboot"/>
    public bool TryExpectReboot(Guid node, ulong source, TimeSpan window)
    {
        lock (_lock) return _desk.TryExpectReboot(node, source, _time.GetUtcNow(), window);
    }

    /// <inheritdoc cref="EnrolmentDesk.ListPending"/>
    public IReadOnlyList<PendingEnrolment> ListPending()
    {
        lock (_lock) return _desk.ListPending(_time.GetUtcNow());
    }
}
