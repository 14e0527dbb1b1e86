namespace WebhookBot.Recovery;

/// <summary>A delivery that the journal does not hold, with all tries of it that the log has.</summary>
internal sealed class MissedDelivery(LoggedDelivery first)
{
    public string SenderId => First.SenderId;

    public LoggedDelivery First { get; private set; } = first;

    public LoggedDelivery Latest { get; private set; } = first;

    /// <summary>How often it was sent again.</summary>
    public int Repeats { get; private set; } = first.IsRepeat ? 1 : 0;

    /// <summary>Whether the log still has the first try. One of which it has not was settled before.</summary>
    public bool HasOriginal { get; private set; } = !first.IsRepeat;

    /// <summary>Whether somebody took it, although the journal does not hold it.</summary>
    public bool Arrived { get; private set; } = first.Arrived;

    public void Add(LoggedDelivery entry)
    {
        First = First.Place.IsAfter(entry.Place) ? entry : First;
        Latest = entry.Place.IsAfter(Latest.Place) ? entry : Latest;
        Repeats += entry.IsRepeat ? 1 : 0;
        HasOriginal |= !entry.IsRepeat;
        Arrived |= entry.Arrived;
    }
}

/// <summary>What a sweep found missing.</summary>
internal sealed class Gap
{
    /// <summary>To be had now, in that order.</summary>
    public List<MissedDelivery> Wanted { get; } = [];

    /// <summary>To be had later: asked for and not here yet, or refused.</summary>
    public List<MissedDelivery> Waiting { get; } = [];

    /// <summary>Not to be had any more, and why.</summary>
    public Dictionary<MissedDelivery, string> Lost { get; } = [];

    /// <summary>Those wanted that could not be had this time, and why.</summary>
    public Dictionary<MissedDelivery, string> Refused { get; } = [];

    /// <summary>How many of those wanted were asked for or fetched.</summary>
    public int Recovered { get; set; }

    /// <summary>The newest time that the log has.</summary>
    public DateTimeOffset? Newest { get; set; }

    /// <summary>What is not settled when everything was asked for.</summary>
    /// <param name="wasFetched">Whether what was had is here.</param>
    public IEnumerable<MissedDelivery> Unsettled(bool wasFetched) => Waiting.Concat(wasFetched ? [] : Wanted.Where(m => !Lost.ContainsKey(m)));
}
