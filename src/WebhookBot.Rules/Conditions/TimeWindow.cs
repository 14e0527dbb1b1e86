using System.Globalization;

namespace WebhookBot.Rules.Conditions;

/// <summary>
/// A weekly window: <c>Mon-Fri 09:00-17:00</c>, <c>Sat,Sun 00:00-24:00</c>, <c>22:00-06:00</c> (every day, past midnight). The start belongs
/// to it, the end does not. A window past midnight belongs to the day it starts on. Clock changes follow the zone's wall clock.
/// </summary>
internal sealed class TimeWindow
{
    /// <summary>The same for the editor, which cannot ask <see cref="TryParse"/>.</summary>
    public const string Pattern = @"^\s*(?:[A-Za-z]{3}(?:[,-][A-Za-z]{3})*\s+)?(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)\s*$";

    private static readonly string[] DayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    private readonly bool[] _days;
    private readonly int _from;
    private readonly int _to;
    private readonly TimeZoneInfo _zone;

    private TimeWindow(bool[] days, int from, int to, TimeZoneInfo zone)
    {
        _days = days;
        _from = from;
        _to = to;
        _zone = zone;
    }

    public static TimeWindow? TryParse(string text, TimeZoneInfo zone, out string? problem)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var days = parts.Length == 2 ? ParseDays(parts[0]) : Enumerable.Repeat(true, 7).ToArray();
        var times = parts.Length is 1 or 2 ? parts[^1].Split('-') : [];
        problem = null;
        if (days is not null && times.Length == 2 && ParseTime(times[0]) is { } from and < 1440 && ParseTime(times[1]) is { } to && from != to)
        {
            return new TimeWindow(days, from, to, zone);
        }

        problem = "a time window looks like 'Mon-Fri 09:00-17:00', 'Sat,Sun 10:00-14:00' or '22:00-06:00'";
        return null;
    }

    public bool Contains(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, _zone);
        var minute = (int)local.TimeOfDay.TotalMinutes;
        var today = (int)local.DayOfWeek;
        if (_from < _to)
        {
            return _days[today] && minute >= _from && minute < _to;
        }

        return (_days[today] && minute >= _from) || (_days[(today + 6) % 7] && minute < _to);
    }

    private static bool[]? ParseDays(string text)
    {
        var days = new bool[7];
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            var first = Array.FindIndex(DayNames, d => d.Equals(ends[0], StringComparison.OrdinalIgnoreCase));
            var last = Array.FindIndex(DayNames, d => d.Equals(ends[^1], StringComparison.OrdinalIgnoreCase));
            if (ends.Length > 2 || first < 0 || last < 0)
            {
                return null;
            }

            for (var day = first; ; day = (day + 1) % 7)
            {
                days[day] = true;
                if (day == last)
                {
                    break;
                }
            }
        }

        return days;
    }

    private static int? ParseTime(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2 && parts[0].Length == 2 && parts[1].Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes < 60 && (hours * 60) + minutes <= 1440
                ? (hours * 60) + minutes
                : null;
    }
}
