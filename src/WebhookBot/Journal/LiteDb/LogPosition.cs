namespace WebhookBot.Journal.LiteDb;

/// <summary>A place in the log: the segment's number and the offset in it, in one number that grows along the log.</summary>
internal readonly record struct LogPosition(long Value) : IComparable<LogPosition>
{
    private const int OffsetBits = 40;

    public LogPosition(int segment, long offset)
        : this(((long)segment << OffsetBits) | offset)
    {
    }

    public int Segment => (int)(Value >> OffsetBits);

    public long Offset => Value & ((1L << OffsetBits) - 1);

    public static bool operator <(LogPosition left, LogPosition right) => left.Value < right.Value;

    public static bool operator >(LogPosition left, LogPosition right) => left.Value > right.Value;

    public static bool operator <=(LogPosition left, LogPosition right) => left.Value <= right.Value;

    public static bool operator >=(LogPosition left, LogPosition right) => left.Value >= right.Value;

    public int CompareTo(LogPosition other) => Value.CompareTo(other.Value);

    public override string ToString() => $"{Segment}:{Offset}";
}
