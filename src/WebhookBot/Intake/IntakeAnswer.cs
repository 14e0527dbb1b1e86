using System.Globalization;
using System.Text.Json;

namespace WebhookBot.Intake;

/// <summary>What a sender is told.</summary>
internal sealed record IntakeAnswer
{
    public required int Status { get; init; }

    public string? Title { get; private init; }

    private string? Detail { get; init; }

    private string? Id { get; init; }

    private bool IsDuplicate { get; init; }

    private TimeSpan? RetryAfter { get; init; }

    public static IntakeAnswer Taken(string id, bool isDuplicate) => new() { Status = isDuplicate ? 200 : 202, Id = id, IsDuplicate = isDuplicate };

    public static IntakeAnswer Refused(int status, string title, string? detail) => new() { Status = status, Title = title, Detail = detail };

    public static IntakeAnswer Busy(string title, TimeSpan retryAfter) => new() { Status = 503, Title = title, RetryAfter = retryAfter };

    public Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        if (Id is not null)
        {
            response.Headers.Location = $"/api/deliveries/{Uri.EscapeDataString(Id)}";
            response.ContentType = "application/json";
        }
        else
        {
            response.ContentType = "application/problem+json";
        }

        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (Status is 413 or 415 or 503)
        {
            // The rest of the body is not worth reading.
            response.Headers.Connection = "close";
        }

        using (var writer = new Utf8JsonWriter(response.BodyWriter))
        {
            Write(writer);
        }

        return response.BodyWriter.FlushAsync().AsTask();
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Id is not null)
        {
            writer.WriteString("id", Id);
            if (IsDuplicate)
            {
                writer.WriteBoolean("duplicate", true);
            }
        }
        else
        {
            writer.WriteString("type", "about:blank");
            writer.WriteString("title", Title);
            writer.WriteNumber("status", Status);
            if (Detail is not null)
            {
                writer.WriteString("detail", Detail);
            }
        }

        writer.WriteEndObject();
    }
}
