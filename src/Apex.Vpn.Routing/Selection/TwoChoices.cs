namespace Apex.Vpn.Routing.Selection;

/// <summary>
/// The power of two choices: draws two of those that are offered, each with a chance in proportion to its weight, and keeps the emptier
/// one.
/// </summary>
/// <remarks>
/// <para>The least loaded of all would be wrong: everybody would see the same one in a status that is seconds old and fill it up (a herd).
/// Of two at random, the emptier one wins at most twice its share (Mitzenmacher 2001). Both draws are independent and may hit the same
/// one, so that in a set of two the fuller one still gets a quarter.</para>
/// <para>Lots are drawn by weighted rendezvous hashing: everyone who is offered hashes its identity with the random number into u in (0,
/// 1], and the least -ln(u) / weight wins. So the order of offers plays no part, and with the same number the winner stays the winner when
/// others come and go.</para>
/// </remarks>
internal struct TwoChoices
{
    // 2^-53
    private const double Unit = 1.0 / (1UL << 53);

    private readonly ulong _firstSalt, _secondSalt;
    private int _first = -1, _second = -1;
    private double _firstLot = double.PositiveInfinity, _secondLot = double.PositiveInfinity;
    private double _firstPressure, _secondPressure;

    internal TwoChoices(ulong random)
    {
        _firstSalt = RandomBits.Mix(random + RandomBits.Step);
        _secondSalt = RandomBits.Mix(random + unchecked(2 * RandomBits.Step));
    }

    /// <summary>How many were offered.</summary>
    internal int Count { get; private set; }

    /// <summary>The winner; -1 while there was no offer. At the same pressure the first draw wins, which keeps the shares exact.</summary>
    internal readonly int Winner => _secondPressure < _firstPressure ? _second : _first;

    /// <param name="candidate">Not negative.</param>
    /// <param name="identity">The same number for the same candidate, spread over all bits.</param>
    /// <param name="weight">Above 0.</param>
    /// <param name="pressure">How full it is.</param>
    internal void Offer(int candidate, ulong identity, double weight, double pressure)
    {
        Count++;
        double lot = Lot(identity ^ _firstSalt, weight);
        if (lot < _firstLot) (_firstLot, _first, _firstPressure) = (lot, candidate, pressure);
        lot = Lot(identity ^ _secondSalt, weight);
        if (lot < _secondLot) (_secondLot, _second, _secondPressure) = (lot, candidate, pressure);
    }

    // 53 bits, from 2^-53 to 1: the logarithm is finite.
    private static double Lot(ulong bits, double weight) => -Math.Log(((RandomBits.Mix(bits) >> 11) + 1) * Unit) / weight;
}
