using Apex.Vpn.Benchmarks.Commands;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>One simulated hour of one strategy, second by second.</summary>
internal sealed class Hour
{
    internal const int Arrived = 1200, Fails = 1800, Returns = 2700, End = 3600;

    private const int StatusInterval = 15, Detection = 13, MeanLook = 450, FlapWindow = 600, Warming = 300;
    private const double MeanSession = 1800;

    private readonly World _world;
    private readonly Chooser _chooser;
    private readonly List<(int User, Event Event, int Session)>[] _events = new List<(int, Event, int)>[End];
    private readonly int[] _serverOf, _sessions, _failedServer, _failures, _lastMove;
    private readonly double[] _load;
    private readonly ServerStatus[] _published;
    private readonly PhaseFigures[] _phases;

    internal Hour(World world, Strategy strategy)
    {
        _world = world;
        _chooser = new Chooser(world, strategy);
        (_serverOf, _sessions, _failedServer) = (new int[world.Users], new int[world.Users], new int[world.Users]);
        (_failures, _lastMove) = (new int[world.Users], new int[world.Users]);
        (_load, _published) = (new double[world.Catalog.Count], new ServerStatus[world.Catalog.Count]);
        _phases = [new PhaseFigures(strategy, "before"), new PhaseFigures(strategy, "failed"), new PhaseFigures(strategy, "after")];
        Array.Fill(_serverOf, -1);
        Array.Fill(_failedServer, -1);
        Array.Fill(_lastMove, -FlapWindow);
        for (int i = 0; i < End; i++) _events[i] = [];
    }

    private enum Event
    {
        Begin,
        Look,
        Silence,
    }

    /// <summary>Before, during and after the failure.</summary>
    internal PhaseFigures[] Run(Progress progress)
    {
        for (int user = 0; user < _world.Users; user++)
            Schedule((int)(Lot.Unit(_world.Bits(What.Arrival, user)) * (Arrived - 1)), user, Event.Begin, 0);
        var loads = new LoadFigures(_world, _chooser);
        for (int now = 0; now < End; now++)
        {
            if (now % StatusInterval == 0) Publish(now);
            if (now == Fails) FailCity();
            foreach ((int user, Event happening, int session) in _events[now])
            {
                if (happening == Event.Begin) BeginSession(user, now);
                else if (session == _sessions[user]) Happen(user, happening, now);
            }
            _events[now] = null!;
            if (PhaseAt(now) is { } phase)
            {
                if (now % 5 == 4) loads.AddServers(phase, _load, IsUp(now));
                if (now % 60 == 59) loads.AddUsers(phase, now, _published, _load, _serverOf, IsUp(now));
            }
            if (now % 36 == 0) progress.Step();
        }
        return _phases;
    }

    // The first minutes after each change belong to it.
    private PhaseFigures? PhaseAt(int now) => now < Arrived ? null : now < Fails ? _phases[0] : now < Returns ? _phases[1] : _phases[2];

    private Func<int, bool> IsUp(int now) =>
        now is >= Fails and < Returns ? server => _world.CityOf[server] != _world.FailingCity : static _ => true;

    private void Publish(int now)
    {
        for (int i = 0; i < _published.Length; i++)
        {
            double load = Math.Min(1, _load[i] / _world.Catalog.List.Servers[i].Capacity), weight = 1;
            ServerStates states = ServerStates.InService;
            if (_world.CityOf[i] == _world.FailingCity)
            {
                if (now is >= Fails + Detection and < Returns) states = ServerStates.None;
                if (now >= Returns) weight = Math.Min(1, 0.1 + (0.9 * (now - Returns) / Warming));
            }
            _published[i] = new ServerStatus(states, load, weight);
        }
    }

    private void FailCity()
    {
        for (int user = 0; user < _world.Users; user++)
        {
            if (_serverOf[user] is < 0 and var none || _world.CityOf[_serverOf[user]] != _world.FailingCity) continue;
            Schedule(Fails + 1 + (int)(_world.Bits(What.Notice, user) % 3), user, Event.Silence, _sessions[user]);
        }
    }

    private void BeginSession(int user, int now)
    {
        Leave(user);
        _sessions[user]++;
        (_failures[user], _failedServer[user]) = (0, -1);
        Connect(user, now);
        int session = _sessions[user];
        Schedule(now + 1 + (int)Lot.Exponential(_world.Bits(What.Session, user, session), MeanSession), user, Event.Begin, session);
        ScheduleLook(user, now);
    }

    private void Happen(int user, Event happening, int now)
    {
        if (happening == Event.Silence)
        {
            _failedServer[user] = _serverOf[user];
            _failures[user]++;
            Leave(user);
            Connect(user, now);
            return;
        }
        ScheduleLook(user, now);
        int current = _serverOf[user];
        if (current < 0 || !IsUp(now)(current)) return;
        int chosen = Choose(user, current);
        if (chosen < 0 || chosen == current || !IsWorthMoving(chosen)) return;
        Leave(user);
        Enter(user, chosen);
        PhaseAt(now)?.AddMove(isFlap: now - _lastMove[user] < FlapWindow);
        _lastMove[user] = now;
    }

    private bool IsWorthMoving(int chosen)
    {
        SelectionResult result = _chooser.Result;
        if (result.CurrentReason is ExclusionReason.OutOfService or ExclusionReason.Draining) return true;
        if (result.CurrentCost is not { } current) return true;
        double saved = current.Total - result.Costs[chosen];
        return saved >= 10 && saved >= current.Total / 3;
    }

    // A server that does not answer is noticed after 2 s, the next one tried; after the second of a city, another city.
    private void Connect(int user, int now)
    {
        int chosen = Choose(user, current: -1);
        if (chosen < 0) return;
        Enter(user, chosen);
        if (!IsUp(now)(chosen)) Schedule(now + 2, user, Event.Silence, _sessions[user]);
    }

    private int Choose(int user, int current)
    {
        int failed = _failedServer[user];
        return _chooser.Choose(
            user,
            _published,
            _world.Bits(What.Choice, user, _sessions[user]),
            current,
            failed,
            _failures[user] > 1 ? _world.CityOf[failed] : -1);
    }

    private void Enter(int user, int server)
    {
        _serverOf[user] = server;
        _load[server] += _world.Rates[user];
    }

    private void Leave(int user)
    {
        if (_serverOf[user] is >= 0 and var server) _load[server] = Math.Max(0, _load[server] - _world.Rates[user]);
        _serverOf[user] = -1;
    }

    // Spread from half to one and a half of the mean: those who moved together must not look again together, and all leave on the same
    // status.
    private void ScheduleLook(int user, int now) =>
        Schedule(now + (MeanLook / 2) + (int)(_world.Bits(What.Look, user, now) % MeanLook), user, Event.Look, _sessions[user]);

    private void Schedule(int when, int user, Event happening, int session)
    {
        if (when < End) _events[when].Add((user, happening, session));
    }
}
