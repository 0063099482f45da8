namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>A clock that goes when it is told to, and timers that go with it. Its wall clock shows whatever somebody set.</summary>
internal sealed class ManualClock(DateTimeOffset wallClock) : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed = TimeSpan.FromHours(5);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => wallClock + _elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(() => callback(state), _elapsed + dueTime);
        _timers.Add(timer);
        return timer;
    }

    internal void Advance(TimeSpan time)
    {
        _elapsed += time;
        foreach (ManualTimer timer in _timers.ToArray()) timer.Fire(_elapsed);
    }

    private sealed class ManualTimer(Action fire, TimeSpan due) : ITimer
    {
        private bool _over;

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose() => _over = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire(TimeSpan elapsed)
        {
            if (_over || elapsed < due) return;
            _over = true;
            fire();
        }
    }
}
