namespace StocksDapr.Collector.Providers.Keys;

/// <summary>When it is whose turn: gives each request, in their order, the key that can pay for it first, and holds that for it.</summary>
internal sealed class QueuePlan
{
    /// <summary>How long an answer is thought to take where a plan is an estimate.</summary>
    private static readonly TimeSpan UsualAnswer = TimeSpan.FromSeconds(1);

    private readonly KeyBudget _budget;
    private readonly DateTimeOffset _now;
    private readonly List<Room> _rooms;

    /// <param name="budget">The rules.</param>
    /// <param name="ledger">What has been spent.</param>
    /// <param name="keys">The keys that may be used.</param>
    /// <param name="now">UTC.</param>
    /// <param name="isEstimate">
    /// Whether requests under way are taken to be answered soon. Nothing may be granted by such a plan; it tells when to come again.
    /// </param>
    public QueuePlan(KeyBudget budget, ProviderLedger ledger, IEnumerable<ProviderKey> keys, DateTimeOffset now, bool isEstimate)
    {
        _budget = budget;
        _now = now;
        _rooms = [.. keys.Select(key => new Room(key, ledger.Of(key.Fingerprint), isEstimate ? Soon : spend => spend))];

        Spend Soon(Spend spend) => spend.Id is null || spend.To <= now + UsualAnswer ? spend : spend with { To = now + UsualAnswer };
    }

    /// <summary>Gives a request its turn after all that had theirs before.</summary>
    public (ProviderKey? Key, DateTimeOffset At) Next(WaitingRequest request)
    {
        var from = request.Until > _now ? request.Until.Value : _now;
        Room? best = null;
        var (bestAt, bestLeft) = (KeyBudget.Never, int.MaxValue);
        foreach (var room in _rooms)
        {
            var at = _budget.EarliestAt(room.Ledger, room.Spends, request.Credits, from, request.IsDispensable);

            // Of keys that can pay at once the one with the least left, so that the others keep enough for a big request.
            var left = at == KeyBudget.Never ? int.MaxValue : -room.Spends.Where(spend => spend.To > _now - TimeSpan.FromMinutes(1)).Sum(spend => spend.Credits);
            if (at < bestAt || (at == bestAt && left < bestLeft))
                (best, bestAt, bestLeft) = (room, at, left);
        }

        if (best is null)
            return (null, KeyBudget.Never);
        best.Hold(new Spend(bestAt, bestAt + UsualAnswer, request.Credits, 1));
        return (best.Key, bestAt);
    }

    private sealed class Room(ProviderKey key, KeyLedger ledger, Func<Spend, Spend> see)
    {
        private readonly List<Spend> _spends = [.. ledger.Spends.Select(see).OrderBy(spend => spend.To)];

        public ProviderKey Key => key;

        public KeyLedger Ledger => ledger;

        public IReadOnlyList<Spend> Spends => _spends;

        /// <summary>What is held counts from now on: a later request must not take what an earlier one waits for.</summary>
        public void Hold(Spend spend)
        {
            var index = _spends.FindLastIndex(other => other.To <= spend.To);
            _spends.Insert(index + 1, spend);
        }
    }
}
