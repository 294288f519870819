//! The JSON of Parlor's REST interface and socket, and its conversion from the domain.
